// A witness and a log with Go's own code for transparency logs and nothing of ours, speaking c2sp.org/tlog-witness:
//   witness serve LOG_VKEY NAME                  a witness on the loopback; prints its key and its address
//   witness log WITNESS_VKEY NAME PREFIX KEY     a log of its own that asks a witness, grows, and tries to fork; prints what it was answered
//   witness cosigned CHECKPOINT WITNESS_VKEY…    checks the cosignatures under a checkpoint
//   witness vkey NAME KEY                        prints the public key of such a log
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	log.SetFlags(0)
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "serve":
		serve(arguments[0], arguments[1])
	case "log":
		askAsLog(arguments[0], arguments[1], arguments[2], arguments[3])
	case "vkey":
		fmt.Println(vkey(arguments[0], 1, private(arguments[1]).Public().(ed25519.PublicKey)))
	case "cosigned":
		text, err := os.ReadFile(arguments[0])
		check(err)
		for _, key := range arguments[1:] {
			_, err := note.Open(text, note.VerifierList(newCosigner(key)))
			check(err)
		}
		fmt.Println("OK")
	}
}

// cosigner checks cosignatures of version 1 (c2sp.org/tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	data, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	if data[0] != 4 || len(data) != 33 {
		log.Fatal("no key of a witness: ", vkey)
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(data)))
	if hex.EncodeToString(sum[:4]) != parts[1] {
		log.Fatal("another id: ", vkey)
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), data[1:]}
}

func (one cosigner) Name() string    { return one.name }
func (one cosigner) KeyHash() uint32 { return one.hash }
func (one cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	return ed25519.Verify(one.key, message(binary.BigEndian.Uint64(signature), string(text)), signature[8:])
}

func message(moment uint64, text string) []byte {
	return []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", moment, text))
}

func private(seed string) ed25519.PrivateKey {
	sum := sha256.Sum256([]byte(seed))
	return ed25519.NewKeyFromSeed(sum[:])
}

func vkey(name string, kind byte, key ed25519.PublicKey) string {
	data := append([]byte{kind}, key...)
	sum := sha256.Sum256([]byte(name + "\n" + string(data)))
	return fmt.Sprintf("%s+%x+%s", name, sum[:4], base64.StdEncoding.EncodeToString(data))
}

// serve is a witness for one log; it keeps the size and the root that it cosigned last.
func serve(logKey, name string) {
	verifier, err := note.NewVerifier(logKey)
	check(err)
	key := private("witness")
	ours := vkey(name, 4, key.Public().(ed25519.PublicKey))
	id := newCosigner(ours).hash
	var lock sync.Mutex
	var known tlog.Tree
	http.HandleFunc("/add-checkpoint", func(answer http.ResponseWriter, request *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		body, err := io.ReadAll(request.Body)
		check(err)
		head, checkpoint, _ := strings.Cut(string(body), "\n\n")
		opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
		if err != nil {
			http.Error(answer, err.Error(), http.StatusForbidden)
			return
		}
		lines := strings.Split(head, "\n")
		old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
		check(err)
		tree := parse(opened.Text)
		if old != known.N {
			answer.Header().Set("Content-Type", "text/x.tlog.size")
			answer.WriteHeader(http.StatusConflict)
			fmt.Fprintf(answer, "%d\n", known.N)
			return
		}
		var proof tlog.TreeProof
		for _, line := range lines[1:] {
			var hash tlog.Hash
			check(hash.UnmarshalJSON([]byte(`"` + line + `"`)))
			proof = append(proof, hash)
		}
		if old > 0 {
			if err := tlog.CheckTree(proof, tree.N, tree.Hash, known.N, known.Hash); err != nil {
				http.Error(answer, err.Error(), http.StatusUnprocessableEntity)
				return
			}
		}
		known = tree
		moment := uint64(time.Now().Unix())
		signature := binary.BigEndian.AppendUint32(nil, id)
		signature = binary.BigEndian.AppendUint64(signature, moment)
		signature = append(signature, ed25519.Sign(key, message(moment, opened.Text))...)
		fmt.Fprintf(answer, "— %s %s\n", name, base64.StdEncoding.EncodeToString(signature))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("%s\nhttp://%s\n", ours, listener.Addr())
	check(http.Serve(listener, nil))
}

// memory is a log in memory, as x/mod stores it.
type memory []tlog.Hash

func (all *memory) grow(size int64, kind string) {
	var count int64
	for tlog.StoredHashCount(count) < int64(len(*all)) {
		count++
	}
	for ; count < size; count++ {
		hashes, err := tlog.StoredHashes(count, []byte(fmt.Sprint(kind, count)), all)
		check(err)
		*all = append(*all, hashes...)
	}
}

func (all *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, (*all)[index])
	}
	return found, nil
}

func askAsLog(witnessKey, name, prefix, seed string) {
	witness := newCosigner(witnessKey)
	key := private(seed)
	id := binary.BigEndian.Uint32(decode(strings.SplitN(vkey(name, 1, key.Public().(ed25519.PublicKey)), "+", 3)[1]))
	ask := func(all *memory, old, size int64) {
		hash, err := tlog.TreeHash(size, all)
		check(err)
		text := fmt.Sprintf("%s\n%d\n%s\n", name, size, hash)
		signature := append(binary.BigEndian.AppendUint32(nil, id), ed25519.Sign(key, []byte(text))...)
		checkpoint := fmt.Sprintf("%s\n— %s %s\n", text, name, base64.StdEncoding.EncodeToString(signature))
		body := fmt.Sprintf("old %d\n", old)
		if old > 0 {
			proof, err := tlog.ProveTree(size, old, all)
			check(err)
			for _, hash := range proof {
				body += hash.String() + "\n"
			}
		}
		answer, err := http.Post(prefix+"/add-checkpoint", "text/plain", bytes.NewBufferString(body+"\n"+checkpoint))
		check(err)
		said, err := io.ReadAll(answer.Body)
		check(err)
		if answer.StatusCode == http.StatusOK {
			_, err := note.Open([]byte(checkpoint+string(said)), note.VerifierList(witness))
			check(err)
		}
		fmt.Println(answer.StatusCode)
	}
	var honest, fork memory
	honest.grow(11, "entry ")
	fork.grow(7, "entry ")
	ask(&honest, 0, 11)
	honest.grow(300, "entry ")
	ask(&honest, 5, 300) // it knows eleven
	ask(&honest, 11, 300)
	fork.grow(400, "another ")
	ask(&fork, 300, 400) // leaves were replaced
	ask(&fork, 300, 300) // the same size, another root
	honest.grow(400, "entry ")
	ask(&honest, 300, 400)
}

func parse(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
	check(err)
	return tree
}

func decode(text string) []byte {
	data, err := hex.DecodeString(text)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
