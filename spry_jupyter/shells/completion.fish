# Completion of `jupyter spry` and `jupyter-spry` for fish:
#     jupyter spry completion fish > ~/.config/fish/completions/jupyter-spry.fish

function __jupyter_spry
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -e words[1]
    if string match -qr '(^|/)jupyter$' -- $program
        set -e words[1]
        set program $program-spry
    end
    type -q $program; or set program jupyter-spry
    for line in ($program complete $words "$word" 2>/dev/null)
        if string match -q ':files*' -- $line
            set -l head (string match -r '^--\w+=' -- $word)
            for path in (__fish_complete_path (string replace -r '^--\w+=' '' -- $word))
                echo $head$path
            end
        else
            echo $line
        end
    end
end

function __jupyter_spry_is_meant
    set -l words (commandline -opc)
    test "$words[2]" = spry
end

complete -c jupyter-spry -f -a '(__jupyter_spry)'
complete -c jupyter -n __fish_use_subcommand -a spry -d 'Run tasks of Spryfiles and notebooks'
complete -c jupyter -n __jupyter_spry_is_meant -f -a '(__jupyter_spry)'
