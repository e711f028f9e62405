# files of reports
