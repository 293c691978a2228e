# Completion of milvus_cli for fish. Written by: milvus_cli completion fish
function __milvus_cli_completion
    set -lx COMP_LINE (commandline -cp | string collect)
    set -lx _MILVUS_CLI_COMPLETE fish_complete
    for answer in (milvus_cli 2>/dev/null)
        set -l parts (string split -m 2 \t -- $answer)
        printf '%s\t%s\n' $parts[2] "$parts[3]"
    end
end
complete --no-files --keep-order --command milvus_cli --arguments '(__milvus_cli_completion)'
