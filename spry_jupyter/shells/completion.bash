# Completion of `jupyter spry` and `jupyter-spry` for bash. In ~/.bashrc:
#     eval "$(jupyter spry completion bash)"

_jupyter_spry() {
    local -a words
    local program line=${COMP_LINE:0:COMP_POINT} last cut said
    # By hand, for bash would take `db:migrate` and `@tag` apart.
    read -a words <<<"$line"
    case $line in *[[:space:]]) words+=("") ;; esac
    program=${words[0]/#\~/$HOME}
    words=("${words[@]:1}")
    if [ "${program##*/}" = jupyter ]; then
        if [ "${words[0]}" != spry ] || [ ${#words[@]} -lt 2 ]; then
            _jupyter_spry_or_other "$@"
            return
        fi
        words=("${words[@]:1}")
        program=$program-spry
    fi
    command -v "$program" >/dev/null || program=jupyter-spry
    last=${words[${#words[@]} - 1]}
    cut=${last%"$2"} # what bash holds to be other words, and leaves as it is
    COMPREPLY=()
    while IFS= read -r said; do
        said=${said%%$'\t'*}
        if [ "$said" = :files ]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r said; do COMPREPLY+=("$said"); done < <(compgen -f -- "$2")
        else
            COMPREPLY+=("${said#"$cut"}")
        fi
    done < <("$program" complete "${words[@]}" 2>/dev/null)
}

# Another subcommand of jupyter: what completed it before, and the name of this one.
_jupyter_spry_or_other() {
    COMPREPLY=()
    [ -z "$_jupyter_spry_before" ] || "$_jupyter_spry_before" "$@"
    case spry in "$2"*) [ "$COMP_CWORD" != 1 ] || COMPREPLY+=(spry) ;; esac
}

if [ -z "${_jupyter_spry_before+set}" ]; then
    _jupyter_spry_before=$(complete -p jupyter 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
fi
complete -o default -F _jupyter_spry jupyter
complete -F _jupyter_spry jupyter-spry
