#!/bin/sh
# Runs that are killed and resumed until they are done.
exec perl tests/cli/kill.pl
