// Package gcsblob stands in for the one of the Go CDK that imports Google's SDK.
package gcsblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme of URLs of Google's buckets.
const Scheme = "gs"

type opener struct{}

func (opener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this build of Pulumi keeps no state in gs://: install the official one (https://www.pulumi.com/docs/install)")
}

// So that the scheme is known, and refused by name.
func init() { blob.DefaultURLMux().RegisterBucket(Scheme, opener{}) }
