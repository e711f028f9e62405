# files of tests/lint
