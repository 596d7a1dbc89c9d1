# For trying things out with the demo, applied to both rule files: alerts on sessions, nodes and projects fire and end within
# seconds, since a spike lasts 45 s there, and smaller spikes count, since one does not double a node in its busiest hour.
/name: taurusdb-session-alerts/,/alert: TaurusDBAgentDown/ {
  s/^( +for:) .*/\1 5s/
  s/^( +keep_firing_for:) .*/\1 10s/
}
/ taurusdb:threshold:spike_node_share_ratio$/ { n; s/expr: .*/expr: 0.3/; }
