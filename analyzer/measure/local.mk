# files of analyzer/measure
