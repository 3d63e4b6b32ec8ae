// Credential stands for one of the clouds' credential programs, as far as clusters need it: it asks the running simulator and
// prints what that says.
//
//	cluster-credential <program's name> <simulator.json> <the program's own arguments>
//
// A release command waits for one of these for every cluster. Started as a script of Node, three of them took more of a
// small machine's processors than all the rest of a rollback.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"syscall"
)

const version = "1.0.0"

type endpoint struct {
	ControlPort int    `json:"controlPort"`
	Token       string `json:"token"`
}

type call struct {
	Command  string   `json:"command"`
	Args     []string `json:"args"`
	ExecInfo string   `json:"execInfo,omitempty"`
}

type outcome struct {
	ExitCode int    `json:"exitCode"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
	Error    string `json:"error"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("cluster-credential " + version)
		return
	}
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: cluster-credential PROGRAM SIMULATOR.JSON [ARGUMENT...]")
		os.Exit(2)
	}
	said, err := ask(os.Args[2], call{os.Args[1], os.Args[3:], os.Getenv("KUBERNETES_EXEC_INFO")})
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", os.Args[1], explain(err))
		os.Exit(1)
	}
	fmt.Print(said.Stdout)
	fmt.Fprint(os.Stderr, said.Stderr)
	os.Exit(said.ExitCode)
}

func ask(endpointFile string, what call) (outcome, error) {
	var said outcome
	text, err := os.ReadFile(endpointFile)
	if err != nil {
		return said, err
	}
	var simulator endpoint
	if err := json.Unmarshal(text, &simulator); err != nil {
		return said, err
	}
	body, err := json.Marshal(what)
	if err != nil {
		return said, err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d/credential", simulator.ControlPort)
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return said, err
	}
	request.Header.Set("authorization", "Bearer "+simulator.Token)
	// No proxy, whatever the environment says: the simulator is on loopback.
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		return said, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return said, err
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return said, err
	}
	if response.StatusCode != http.StatusOK {
		if said.Error == "" {
			said.Error = response.Status
		}
		return said, errors.New(said.Error)
	}
	return said, nil
}

func explain(err error) string {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return "the simulated clouds are not running; `novactl sim start` starts them"
	}
	return err.Error()
}
