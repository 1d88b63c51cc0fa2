// A raw NATS client that knows the protocol from its text alone, and the micro services from nats.go's own types, as `nats micro` does.
//
//	peer URL micro               every PING, INFO and STATS answer of the services named "agents", decoded strictly
//	peer URL prompt SUBJECT TEXT one prompt: its chunks, its error, its end
//	peer URL beats SUBJECT COUNT heartbeats as they come
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/nats-io/nats.go"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 2 {
		return fmt.Errorf("usage: peer URL micro|prompt|beats …")
	}
	nc, err := nats.Connect(arguments[0])
	if err != nil {
		return err
	}
	defer nc.Close()
	var result any
	switch command, rest := arguments[1], arguments[2:]; {
	case command == "micro" && len(rest) == 0:
		result, err = services(nc)
	case command == "prompt" && len(rest) == 2:
		result, err = prompt(nc, rest[0], rest[1])
	case command == "beats" && len(rest) == 2:
		count, problem := strconv.Atoi(rest[1])
		if problem != nil {
			return problem
		}
		result, err = beats(nc, rest[0], count)
	default:
		return fmt.Errorf("unknown command %q with %d arguments", command, len(rest))
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
