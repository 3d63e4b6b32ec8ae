// Package s3 stands in for the SDK of S3: Pulumi looks whether a copy in its state's bucket is one of these, and none is.
package s3

// CopyObjectInput would ask for a copy.
type CopyObjectInput struct {
	CopySource *string
}
