// Package azureblob stands in for the one of the Go CDK that imports Azure's SDK.
package azureblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme of URLs of Azure's buckets.
const Scheme = "azblob"

// URLOpener refuses.
type URLOpener struct {
	MakeClient        func()
	ServiceURLOptions ServiceURLOptions
}

// ServiceURLOptions has nothing to choose.
type ServiceURLOptions struct{}

// NewDefaultClient would make a client.
func NewDefaultClient() {}

// NewDefaultServiceURLOptions would read them from the environment.
func NewDefaultServiceURLOptions() *ServiceURLOptions { return &ServiceURLOptions{} }

// OpenBucketURL would open a bucket.
func (*URLOpener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this build of Pulumi keeps no state in azblob://: install the official one (https://www.pulumi.com/docs/install)")
}

// So that the scheme is known, and refused by name.
func init() { blob.DefaultURLMux().RegisterBucket(Scheme, &URLOpener{}) }
