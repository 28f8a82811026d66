// Checks a proof of the ledger with Go's own code for transparency logs and nothing of ours:
//
//	verify VKEY proof FILE            an entry stands in the log
//	verify VKEY change FILE           a row was changed just so
//	verify VKEY grown OLD NEW TILES   the log only grew from one checkpoint to the other, by its public tiles
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	log.SetFlags(0)
	verifier, err := note.NewVerifier(os.Args[1])
	check(err)
	switch os.Args[2] {
	case "proof":
		fmt.Println(string(proof(verifier, read(os.Args[3]))))
	case "change":
		change(verifier, read(os.Args[3]))
	default:
		grown(verifier, read(os.Args[3]), read(os.Args[4]), os.Args[5])
	}
	fmt.Println("OK")
}

// proof is all that a citizen's program needs; it returns the entry.
func proof(verifier note.Verifier, file string) []byte {
	head, checkpoint, _ := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	check(err)
	var index int64
	_, err = fmt.Sscanf(lines[2], "index %d", &index)
	check(err)
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		var hash tlog.Hash
		check(hash.UnmarshalJSON([]byte(`"` + line + `"`)))
		path = append(path, hash)
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	check(err)
	tree, err := tlog.ParseTree([]byte(strings.Replace(opened.Text, verifier.Name(), "go.sum database tree", 1)))
	check(err)
	commitment := sha256.Sum256(extra) // salt and entry
	record := append([]byte{1}, commitment[:]...)
	check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(record)))
	return extra[16:]
}

// change checks that a line stands in the batch whose root an entry holds, and that entry's proof.
func change(verifier note.Verifier, file string) {
	head, batch, _ := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "hienluong/change-proof/v1" {
		log.Fatal("no proof of a change")
	}
	line, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "line "))
	check(err)
	var index int64
	_, err = fmt.Sscanf(lines[2], "change %d", &index)
	check(err)
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		var hash tlog.Hash
		check(hash.UnmarshalJSON([]byte(`"` + line + `"`)))
		path = append(path, hash)
	}
	var entry struct {
		Action  string
		Details struct {
			First, Changes int64
			Root           string
		}
	}
	var said struct{ Place int64 }
	check(json.Unmarshal(proof(verifier, batch), &entry))
	check(json.Unmarshal(line, &said))
	if entry.Action != "ledger.rows" || said.Place != entry.Details.First+index {
		log.Fatal("the entry is not that of the batch")
	}
	var root tlog.Hash
	_, err = hex.Decode(root[:], []byte(entry.Details.Root))
	check(err)
	check(tlog.CheckRecord(path, entry.Details.Changes, root, index, tlog.RecordHash(line)))
	fmt.Println(string(line))
}

func open(verifier note.Verifier, checkpoint string) tlog.Tree {
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
	check(err)
	if lines[0] != verifier.Name() {
		log.Fatal("another log: ", lines[0])
	}
	return tree
}

func grown(verifier note.Verifier, former, latter, tiles string) {
	old, tree := open(verifier, former), open(verifier, latter)
	reader := tlog.TileHashReader(tree, folder(tiles)) // checks every tile against the root
	path, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err)
	check(tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash))
	for index := int64(0); index < tree.N; index++ {
		bundle := read(filepath.Join(tiles, "tile", bundlePath(index/256, tree.N)))
		record := bundle[index%256*35+2 : index%256*35+35]
		path, err := tlog.ProveRecord(tree.N, index, reader)
		check(err)
		check(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash([]byte(record))))
	}
}

func bundlePath(number, size int64) string {
	width := int64(256)
	if number == size/256 {
		width = size % 256
	}
	path := tlog.Tile{H: 8, L: 0, N: number, W: int(width)}.Path()
	return filepath.Join("entries", strings.TrimPrefix(path, "tile/8/0/"))
}

// folder holds the tiles as they were fetched; the paths of our log leave out the height, which is always 8.
type folder string

func (place folder) Height() int { return 8 }

func (place folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := "tile" + strings.TrimPrefix(tile.Path(), "tile/8")
		data, err := os.ReadFile(filepath.Join(string(place), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (place folder) SaveTiles([]tlog.Tile, [][]byte) {}

func read(path string) string {
	data, err := os.ReadFile(path)
	check(err)
	return string(data)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
