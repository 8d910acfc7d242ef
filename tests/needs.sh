#!/bin/sh
# Installs by apt what the tests need when that is allowed; else says exactly what is missing and fails.
set -u
missing=""
needs() { # program package...
  command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || { shift; missing="$missing $*"; }
}
needs ffmpeg ffmpeg
needs chromium chromium
needs tmux tmux
needs varnishd varnish
needs haproxy haproxy
needs nginx nginx
needs obs obs-studio
needs Xvfb xvfb
[ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ] || missing="$missing libnginx-mod-rtmp"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "The tests need these programs, which are not here and could not be installed:$missing" >&2
exit 1
