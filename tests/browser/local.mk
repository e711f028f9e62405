TESTS += tests/browser/report.sh
EXTRA_DIST += tests/browser/report.sh tests/browser/report.py tests/browser/page.py tests/browser/browser.py
