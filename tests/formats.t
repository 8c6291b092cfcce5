#!/bin/sh
# No format has a directive that base/fmt does not know: the compiler, which
# checks them by printf(), lets it pass, and the program ends there (70).
known='%0?[0-9]*(\.[0-9]+|\.\*)?(s|c|%|(l|ll|z)?[dux])'
bad=$(grep -rnoE '"([^"\\]|\\.)*%([^"\\]|\\.)*"' src --include='*.c' |
    grep -vE '^src/base/fmt.c|"%PDF-"|"mnopq.*%\+=' |
    sed -E "s/$known//g" | grep '%')
echo 1..1
if [ -z "$bad" ]; then
	echo "ok 1 - directives that base/fmt knows"
else
	echo "not ok 1 - directives that base/fmt knows"
	echo "$bad" | sed 's/^/# /'
	exit 1
fi
