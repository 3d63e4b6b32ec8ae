// Modules whose CustomResourceDefinitions the simulated clusters take; downloaded, never compiled.
module novacron/crds

go 1.24.0

require (
	github.com/argoproj/argo-rollouts v1.9.1
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v1.3.2
	github.com/prometheus-operator/prometheus-operator v0.93.0
	github.com/traefik/traefik/v3 v3.6.7
)
