from kefu_project.cli import main

main()
