#!/bin/sh
# demo.sh TOCSIN: two brokers, the shipped handlers and two of the demo's own, real datagrams; prints every MQTT message
# as it arrives and fails when one is missing. Everything runs on loopback and in a temporary folder.
set -eu
tocsin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
processes=""
subscribers=""
printers=""

stop_all() {
    # shellcheck disable=SC2086
    kill $processes $subscribers $printers 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop_all EXIT
trap 'exit 1' INT TERM

fail() {
    echo "demo: $1" >&2
    exit 1
}

# until_true SECONDS COMMAND...: runs the command until it succeeds.
until_true() {
    tries=$(($1 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}

# A port that may be free; whoever uses it tries the next when it is not.
random_port() { od -An -N2 -tu2 /dev/urandom | awk '{ print 20000 + $1 % 30000 }'; }

# start_broker NAME: sets $port.
start_broker() {
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        port=$(random_port)
        printf 'listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n' "$port" >"$work/$1.conf"
        PATH=$PATH:/usr/sbin mosquitto -c "$work/$1.conf" >"$work/$1.log" 2>&1 &
        broker=$!
        if until_true 5 mosquitto_pub -h 127.0.0.1 -p "$port" -t demo/ready -n && kill -0 "$broker" 2>/dev/null; then
            processes="$processes $broker"
            echo "broker $1 listens on 127.0.0.1:$port"
            return
        fi
        kill "$broker" 2>/dev/null || true
    done
    fail "no broker could be started: $(cat "$work/$1.log")"
}

# subscribe NAME PORT: prints each message with the broker's name and keeps it in a file.
subscribe() {
    mkfifo "$work/$1.pipe"
    tee "$work/$1.messages" <"$work/$1.pipe" &
    printers="$printers $!"
    mosquitto_sub -h 127.0.0.1 -p "$2" -t '#' -F "$1  %t  %p" >"$work/$1.pipe" 2>"$work/$1.subscriber" &
    subscribers="$subscribers $!"
    until_true 5 subscriber_hears "$1" "$2" || fail "no subscription to broker $1"
}

subscriber_hears() {
    [ -s "$work/$1.messages" ] || { mosquitto_pub -h 127.0.0.1 -p "$2" -t demo/subscribed -m "$1" && false; }
}

start_router() {
    mkdir "$work/handlers"
    cp "$here"/../../handlers/*.yaml "$here"/handlers/*.yaml "$work/handlers/"
    for attempt in 1 2 3 4 5; do
        udp=$(random_port)
        sed -e "s/PLANT_PORT/$plant/" -e "s/OFFICE_PORT/$office/" -e "s/UDP_PORT/$udp/" \
            "$here/tocsin.toml" >"$work/tocsin.toml"
        "$tocsin" --log-format text run --config "$work/tocsin.toml" 2>"$work/router.log" &
        router=$!
        if until_true 10 router_ready; then
            processes="$processes $router"
            return
        fi
        kill "$router" 2>/dev/null || true
        grep -q 'in use' "$work/router.log" || break
    done
    fail "the router did not start: $(cat "$work/router.log")"
}

router_ready() { grep -q ' ready ' "$work/router.log" && [ "$(grep -c ' connected ' "$work/router.log")" -ge 2 ]; }

arrived() { grep -qF "$1  $2  " "$work/$1.messages"; }

start_broker plant
plant=$port
start_broker office
office=$port
subscribe plant "$plant"
subscribe office "$office"
start_router
echo "router takes datagrams on 127.0.0.1:$udp"
echo
while IFS= read -r datagram; do
    printf '%s' "$datagram" | socat -u STDIN "UDP-SENDTO:127.0.0.1:$udp"
done <"$here/datagrams.txt"

while read -r broker topic; do
    until_true 10 arrived "$broker" "$topic" || fail "no message on $topic of broker $broker; the router said:
$(cat "$work/router.log")"
done <"$here/expected.txt"
kill "$router"
wait "$router" || fail "the router did not stop in order: $(cat "$work/router.log")"
# shellcheck disable=SC2086
kill $subscribers
# shellcheck disable=SC2086
wait $printers
echo
echo "All $(wc -l <"$here/expected.txt") messages arrived."
