#!/bin/sh
# Takes the pictures of the documentation: the real window under a virtual display, during a real run.
# Needs xvfb, openbox, xdotool and imagemagick, a quiet computer, and the folder of the built programs.
#   docs/images/take.sh build/bin
set -eu
programs=$(cd "${1:?which folder holds grainscope-gui?}" && pwd)
images=$(cd "$(dirname "$0")" && pwd)
home=$(mktemp -d)
export DISPLAY=:97 HOME="$home" XDG_RUNTIME_DIR="$home" LC_ALL=C.UTF-8
chmod 700 "$home"
Xvfb :97 -screen 0 1600x1000x24 -nolisten tcp >/dev/null 2>&1 & display=$!
gui= manager=
trap 'kill $gui $manager $display 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$home"' EXIT
sleep 1
openbox >/dev/null 2>&1 & manager=$!
for theme in light dark; do
    "$programs/grainscope-gui" --theme $theme & gui=$!
    window=$(xdotool search --sync --onlyvisible --pid $gui --name Grainscope | head -n 1)
    xdotool windowmove "$window" 0 0 windowsize "$window" 1600 976 windowactivate --sync "$window"
    sleep 2
    # A first run fills the table of runs; the second one is the picture's.
    xdotool key F5; sleep 8; xdotool key shift+F5; sleep 3; xdotool key F5; sleep 7
    import -window root -crop 1600x976+0+0 +repage "$images/live-$theme.png"
    xdotool key shift+F5; sleep 2
    kill $gui; wait $gui 2>/dev/null || true
done
