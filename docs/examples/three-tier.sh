#!/usr/bin/env bash
# A three-tier application in one hierarchical body: two gateways, three segments, three groups, a firewall policy and NAT.
#
#   HEDDLE_ADMIN_PASSWORD=... docs/examples/three-tier.sh            creates it, or brings it to what the body says
#   HEDDLE_ADMIN_PASSWORD=... docs/examples/three-tier.sh delete     deletes it, with the same body, marked
#
# HEDDLE_URL (https://127.0.0.1:8443) and HEDDLE_CA (data/ca.crt) say where and whom to trust. The edge cluster and the transport zone
# in three-tier.json are those of the simulated nodes: name your own there.
set -euo pipefail
body=$(cat "$(dirname "$0")/three-tier.json")
api=${HEDDLE_URL:-https://127.0.0.1:8443}/policy/api/v1
nsx() { curl --fail-with-body -sS --cacert "${HEDDLE_CA:-data/ca.crt}" -u "admin:$HEDDLE_ADMIN_PASSWORD" "$@"; }

case ${1:-create} in
  create)
    nsx -X PATCH "$api/infra" -H 'Content-Type: application/json' -d "$body"
    for path in tier-0s/three-tier-uplink tier-1s/three-tier segments/three-tier-{web,app,db} domains/default/security-policies/three-tier; do
      printf '/infra/%s: ' "$path"
      nsx "$api/infra/realized-state/status?intent_path=/infra/$path" | grep -o '"publish_status":"[A-Z]*"'
    done
    ;;
  delete)
    nsx -X PATCH "$api/infra" -H 'Content-Type: application/json' -d "${body//\"marked_for_delete\": false/\"marked_for_delete\": true}"
    ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
