export const zsh = String.raw`#compdef replab
# replab completion for zsh. Try it, after compinit: source <(replab completion zsh)
# Keep it: replab completion zsh > a directory of $fpath/_replab
_replab() {
  local -a answer described
  local line
  answer=("${'$'}{(@f)$("${'$'}{words[1]}" __complete zsh "${'$'}{(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $answer[1] == files ]]; then
    _files
    return
  fi
  for line in "${'$'}{(@)answer[2,-1]}"; do
    [[ -z $line ]] && continue
    if [[ $line == *$'\t'* ]]; then
      described+=("${'$'}{${'$'}{line%%$'\t'*}//:/\\:}:${'$'}{line#*$'\t'}")
    else
      described+=("${'$'}{line//:/\\:}")
    fi
  done
  _describe -V replab described -S ' '
}
if [[ $funcstack[1] == _replab ]]; then
  _replab "$@"
else
  compdef _replab replab
fi
`;
