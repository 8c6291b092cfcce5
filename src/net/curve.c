#include "net/curve.h"

static const br_ec_impl *
of(int curve)
{
	return curve == BR_EC_curve25519 ? &br_ec_c25519_i31 :
	    &br_ec_prime_i31;
}

static const unsigned char *
generator(int curve, size_t *n)
{
	return of(curve)->generator(curve, n);
}

static const unsigned char *
order(int curve, size_t *n)
{
	return of(curve)->order(curve, n);
}

static size_t
xoff(int curve, size_t *n)
{
	return of(curve)->xoff(curve, n);
}

static uint32_t
mul(unsigned char *p, size_t n, const unsigned char *x, size_t xn, int curve)
{
	return of(curve)->mul(p, n, x, xn, curve);
}

static size_t
mulgen(unsigned char *p, const unsigned char *x, size_t xn, int curve)
{
	return of(curve)->mulgen(p, x, xn, curve);
}

static uint32_t
muladd(unsigned char *a, const unsigned char *b, size_t n,
    const unsigned char *x, size_t xn, const unsigned char *y, size_t yn,
    int curve)
{
	return of(curve)->muladd(a, b, n, x, xn, y, yn, curve);
}

const br_ec_impl curve_all = {
	1u << BR_EC_secp256r1 | 1u << BR_EC_secp384r1 |
	    1u << BR_EC_secp521r1 | 1u << BR_EC_curve25519,
	generator, order, xoff, mul, mulgen, muladd
};
