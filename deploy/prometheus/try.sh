#!/bin/sh
# Starts Prometheus for looking around: it scrapes an exporter on this machine (the demo, say) every 5 seconds, with the
# alerts made quick by demo.sed and the console templates. What it stores is deleted at the end (Ctrl-C).
#
#   deploy/prometheus/try.sh [EXPORTER_ADDRESS [PROMETHEUS_ADDRESS [METRICS_PATH]]]
set -eu
exporter=${1:-127.0.0.1:10104}
address=${2:-127.0.0.1:9090}
metrics=${3:-/metrics}
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for rules in taurusdb-thresholds.rules.yml taurusdb.rules.yml; do
  sed -E -f "$here/demo.sed" "$here/$rules" >"$work/$rules"
done
cat >"$work/prometheus.yml" <<EOF
global: { scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s }
rule_files: [taurusdb-thresholds.rules.yml, taurusdb.rules.yml]
scrape_configs: [{ job_name: taurusdb, metrics_path: '$metrics', static_configs: [{ targets: ['$exporter'] }] }]
EOF

# In the background, so that the shell stays to clean up; it passes the signal that it gets on.
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --log.level=warn \
  --web.listen-address="$address" --web.external-url="http://$address/" \
  --web.console.templates="$here/consoles" --web.console.libraries="$here/console_libraries" &
server=$!
trap 'kill "$server"' INT TERM
echo "open http://$address/consoles/taurusdb-fleet.html"
wait "$server" || true
wait "$server" || true
