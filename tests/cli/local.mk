TESTS += tests/cli/cli.sh
EXTRA_DIST += tests/cli/cli.sh
TESTS += tests/cli/train.sh
EXTRA_DIST += tests/cli/train.sh tests/tools/check_saved.py
TESTS += tests/cli/check.sh
EXTRA_DIST += tests/cli/check.sh
TESTS += tests/cli/compress.sh
EXTRA_DIST += tests/cli/compress.sh tests/tools/check_dense.py
