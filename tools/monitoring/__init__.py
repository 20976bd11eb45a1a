"""What Prometheus and Grafana are given with the chart, as far as it is written by code."""
