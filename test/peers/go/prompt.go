package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

type chunk struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

type answer struct {
	Text     string   `json:"text"`
	Chunks   []chunk  `json:"chunks"`
	Statuses []string `json:"statuses"`
	// The two headers and the body of an error message.
	Code   string          `json:"code,omitempty"`
	Reason string          `json:"reason,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	// Messages with no bytes and no headers: the ends.
	Ends int `json:"ends"`
	// Messages that came after the first end.
	After int `json:"after"`
}

// prompt publishes one prompt and reads the stream to its end, and for half a second beyond.
func prompt(nc *nats.Conn, subject string, text string) (*answer, error) {
	inbox := nc.NewInbox()
	subscription, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer subscription.Unsubscribe()
	if err := nc.PublishRequest(subject, inbox, []byte(text)); err != nil {
		return nil, err
	}
	result := &answer{Chunks: []chunk{}, Statuses: []string{}}
	patience := 60 * time.Second
	for {
		message, err := subscription.NextMsg(patience)
		if err == nats.ErrTimeout && result.Ends > 0 {
			return result, nil
		}
		if err != nil {
			return nil, err
		}
		if result.Ends > 0 {
			result.After++
		}
		if err := result.take(message); err != nil {
			return nil, err
		}
		if result.Ends > 0 {
			patience = 500 * time.Millisecond
		}
	}
}

func (a *answer) take(message *nats.Msg) error {
	if code := message.Header.Get("Nats-Service-Error-Code"); code != "" {
		a.Code, a.Reason, a.Body = code, message.Header.Get("Nats-Service-Error"), message.Data
		return nil
	}
	if len(message.Data) == 0 && len(message.Header) == 0 {
		a.Ends++
		return nil
	}
	var one chunk
	if err := json.Unmarshal(message.Data, &one); err != nil {
		return fmt.Errorf("%w in %q", err, message.Data)
	}
	a.Chunks = append(a.Chunks, one)
	switch one.Type {
	case "status":
		a.Statuses = append(a.Statuses, plain(one.Data))
	case "response":
		a.Text += plain(one.Data)
	}
	return nil
}

// plain reads a string, or the text of an object.
func plain(data json.RawMessage) string {
	var text string
	if json.Unmarshal(data, &text) == nil {
		return text
	}
	var object struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(data, &object)
	return object.Text
}

type beat struct {
	Agent      string  `json:"agent"`
	Owner      string  `json:"owner"`
	InstanceID string  `json:"instance_id"`
	TS         string  `json:"ts"`
	IntervalS  float64 `json:"interval_s"`
	State      string  `json:"state"`
}

func beats(nc *nats.Conn, subject string, count int) ([]beat, error) {
	subscription, err := nc.SubscribeSync(subject)
	if err != nil {
		return nil, err
	}
	defer subscription.Unsubscribe()
	found := []beat{}
	for len(found) < count {
		message, err := subscription.NextMsg(40 * time.Second)
		if err != nil {
			return nil, err
		}
		var one beat
		if err := json.Unmarshal(message.Data, &one); err != nil {
			return nil, err
		}
		if _, err := time.Parse(time.RFC3339Nano, one.TS); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}
