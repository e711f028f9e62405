# files of analyzer/run
