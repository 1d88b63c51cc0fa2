// The reference host in Go: N agents with nats.go's micro services, each with a heartbeat every 30 s; a prompt is answered by a model
// server that speaks as Ollama, whole in one chunk.
//
//	bench URL N [MODEL_URL MODEL]
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

func main() {
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	nc, err := nats.Connect(os.Args[1])
	check(err)
	for at := range count {
		check(serve(nc, fmt.Sprintf("a%d", at)))
	}
	check(nc.Flush())
	fmt.Println("ready")
	select {}
}

func serve(nc *nats.Conn, name string) error {
	service, err := micro.AddService(nc, micro.Config{
		Name:        "agents",
		Version:     "1.0.0",
		Description: name,
		Metadata:    map[string]string{"agent": "go", "owner": "bench", "protocol_version": "0.3"},
	})
	if err != nil {
		return err
	}
	limits := map[string]string{"max_payload": "1MB", "attachments_ok": "true"}
	answer := micro.HandlerFunc(func(request micro.Request) { go prompt(nc, request) })
	status := micro.HandlerFunc(func(request micro.Request) { _ = request.Respond(beat(name, service.Info().ID)) })
	for _, endpoint := range []struct {
		name    string
		handler micro.Handler
		meta    map[string]string
	}{{"prompt", answer, limits}, {"status", status, nil}} {
		subject := "agents." + endpoint.name + ".go.bench." + name
		err := service.AddEndpoint(endpoint.name, endpoint.handler, micro.WithEndpointSubject(subject),
			micro.WithEndpointQueueGroup("agents"), micro.WithEndpointMetadata(endpoint.meta))
		if err != nil {
			return err
		}
	}
	go func() {
		for {
			_ = nc.Publish("agents.hb.go.bench."+name, beat(name, service.Info().ID))
			time.Sleep(30 * time.Second)
		}
	}()
	return nil
}

func beat(name string, id string) []byte {
	return fmt.Appendf(nil, `{"agent":"go","owner":"bench","instance_id":%q,"ts":%q,"interval_s":30}`, id,
		time.Now().UTC().Format(time.RFC3339))
}

func prompt(nc *nats.Conn, request micro.Request) {
	reply := request.Reply()
	_ = nc.Publish(reply, []byte(`{"type":"status","data":"ack"}`))
	body := fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}]}`, os.Args[4])
	response, err := http.Post(os.Args[3]+"/api/chat", "application/json", strings.NewReader(body))
	if err == nil {
		defer response.Body.Close()
		text := &bytes.Buffer{}
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			var record struct {
				Message struct {
					Content string `json:"content"`
				} `json:"message"`
			}
			_ = json.Unmarshal(lines.Bytes(), &record)
			text.WriteString(record.Message.Content)
		}
		chunk, _ := json.Marshal(map[string]string{"type": "response", "data": text.String()})
		_ = nc.Publish(reply, chunk)
	}
	_ = nc.Publish(reply, nil)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
