//go:build tools

// Package tools names the program that is built with the versions of go.mod and go.sum.
package tools

import _ "go.etcd.io/etcd/server/v3"
