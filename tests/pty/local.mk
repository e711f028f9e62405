# files of tests/pty
