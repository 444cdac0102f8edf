// Parses compose files as Docker Compose does, with every profile, and prints errors: go run . FILE…
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	services, err := services(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(services, "services")
}

func services(files []string) (int, error) {
	options, err := cli.NewProjectOptions(files, cli.WithProfiles([]string{"*"}), cli.WithInterpolation(true))
	if err != nil {
		return 0, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return 0, err
	}
	return len(project.Services), nil
}
