#compdef jupyter-spry jupyter
# Completion of `jupyter spry` and `jupyter-spry` for zsh. In ~/.zshrc, after compinit:
#     eval "$(jupyter spry completion zsh)"

_jupyter_spry() {
    local program=${~words[1]} line word said
    local -a before=("${(@Q)words[2,CURRENT-1]}") found
    if [[ ${program:t} == jupyter ]]; then
        if (( CURRENT < 3 )) || [[ $words[2] != spry ]]; then
            _jupyter_spry_or_other
            return
        fi
        shift before
        program=$program-spry
    fi
    (( $+commands[$program] )) || [[ -x $program ]] || program=jupyter-spry
    for line in "${(@f)$("$program" complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        word=${line%%$'\t'*}
        if [[ $word == :files ]]; then
            compset -P '--*='
            _files
            return
        fi
        said=${line#*$'\t'}
        [[ -z $word ]] || found+=("${word//:/\\:}${said:+:$said}")
    done
    _describe 'jupyter spry' found
}

# Another subcommand of jupyter: what completed it before, and the name of this one.
_jupyter_spry_or_other() {
    if (( CURRENT == 2 )); then
        local -a found=('spry:run tasks of Spryfiles and notebooks')
        _describe 'subcommand' found
    fi
    if [[ -n $_jupyter_spry_before ]]; then
        $_jupyter_spry_before "$@"
    elif (( CURRENT > 2 )); then
        _default
    fi
}

if [[ $funcstack[1] == _jupyter-spry ]]; then
    _jupyter_spry "$@"
else
    if (( ! $+_jupyter_spry_before )); then
        typeset -g _jupyter_spry_before=${_comps[jupyter]}
    fi
    compdef _jupyter_spry jupyter-spry jupyter
fi
