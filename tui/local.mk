# files of tui
