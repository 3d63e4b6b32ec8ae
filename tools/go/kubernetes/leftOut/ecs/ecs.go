// Package ecs stands in for the discovery of services on Amazon ECS in Traefik, which imports the SDK of EC2.
package ecs

import (
	"errors"

	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/safe"
)

var errLeftOut = errors.New("provider ecs: this build has none")

// Provider is what the static configuration of Traefik names.
type Provider struct{}

// SetDefaults is called when the configuration names the provider.
func (*Provider) SetDefaults() {}

// Init refuses to be used.
func (*Provider) Init() error { return errLeftOut }

// Provide refuses to be used.
func (*Provider) Provide(chan<- dynamic.Message, *safe.Pool) error { return errLeftOut }
