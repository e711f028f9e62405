# files of analyzer/data
