package main

import (
	_ "embed"
	"log"
	"net/http"
	"text/template"
)

//go:embed page.txt
var page string

func main() {
	lights := template.Must(template.New("page").Parse(page))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if err := lights.Execute(w, r.URL.Path); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
