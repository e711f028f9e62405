# files of tests/conform
