// Package s3blob stands in for the one of the Go CDK that imports the SDK of S3.
package s3blob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

type opener struct{}

func (opener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this build of Pulumi keeps no state in s3://: install the official one (https://www.pulumi.com/docs/install)")
}

// So that the scheme is known, and refused by name.
func init() { blob.DefaultURLMux().RegisterBucket("s3", opener{}) }
