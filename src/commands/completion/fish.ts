export const fish = String.raw`# replab completion for fish. Try it: replab completion fish | source
# Keep it: replab completion fish > ~/.config/fish/completions/replab.fish
function __replab_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] __complete fish $words[2..-1] 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $answer[2..-1]
    end
end
complete -c replab -f -k -a '(__replab_complete)'
`;
