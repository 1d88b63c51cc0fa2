package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

type serviceAnswers struct {
	Pings []micro.Ping  `json:"pings"`
	Infos []micro.Info  `json:"infos"`
	Stats []micro.Stats `json:"stats"`
}

// services asks as `nats micro ls|info|stats` does, then each instance by its id.
func services(nc *nats.Conn) (*serviceAnswers, error) {
	answers := &serviceAnswers{}
	var err error
	if answers.Pings, err = gather[micro.Ping](nc, "$SRV.PING.agents"); err != nil {
		return nil, err
	}
	if answers.Infos, err = gather[micro.Info](nc, "$SRV.INFO.agents"); err != nil {
		return nil, err
	}
	for _, ping := range answers.Pings {
		one, err := gather[micro.Stats](nc, "$SRV.STATS.agents."+ping.ID)
		if err != nil {
			return nil, err
		}
		if len(one) != 1 {
			return nil, fmt.Errorf("%d answers to STATS of %s", len(one), ping.ID)
		}
		answers.Stats = append(answers.Stats, one[0])
	}
	return answers, nil
}

// gather collects the answers to one request until none came for 300 ms.
func gather[T any](nc *nats.Conn, subject string) ([]T, error) {
	inbox := nc.NewRespInbox()
	subscription, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer subscription.Unsubscribe()
	if err := nc.PublishRequest(subject, inbox, nil); err != nil {
		return nil, err
	}
	found := []T{}
	for {
		message, err := subscription.NextMsg(300 * time.Millisecond)
		if err == nats.ErrTimeout {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		var answer T
		decoder := json.NewDecoder(bytes.NewReader(message.Data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&answer); err != nil {
			return nil, fmt.Errorf("%s: %w in %s", subject, err, message.Data)
		}
		found = append(found, answer)
	}
}
