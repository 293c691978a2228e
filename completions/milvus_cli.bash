# Completion of milvus_cli for bash 4.4 and newer. Written by: milvus_cli completion bash
_milvus_cli_completion() {
    local kind value note
    COMPREPLY=()
    while IFS=$'\t' read -r kind value note; do
        case $kind in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            part) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT COMP_WORDBREAKS=$COMP_WORDBREAKS \
        _MILVUS_CLI_COMPLETE=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
}
complete -o nosort -F _milvus_cli_completion milvus_cli
