#compdef milvus_cli
# Completion of milvus_cli for zsh. Written by: milvus_cli completion zsh
_milvus_cli_completion() {
    local -a plain part
    local kind value note line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX"
    while IFS=$'\t' read -r kind value note; do
        case $kind in
            file) compset -P '*='; _files ;;
            dir) compset -P '*='; _files -/ ;;
            part) part+=("${${value//\\/\\\\}//:/\\:}:$note") ;;
            plain) plain+=("${${value//\\/\\\\}//:/\\:}:$note") ;;
        esac
    done < <(COMP_LINE=$line _MILVUS_CLI_COMPLETE=zsh_complete ${~${(Q)words[1]}} 2>/dev/null)
    (( $#plain )) && _describe -V milvus_cli plain
    (( $#part )) && _describe -V milvus_cli part -S ''
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _milvus_cli_completion "$@"
else
    compdef _milvus_cli_completion milvus_cli
fi
