#!/bin/sh
# Runs that are killed and resumed until done.
exec perl tests/cli/kill.pl
