# files of analyzer/model
