/** For bash 3.2 (macOS) and later, without the bash-completion package. */
export const bash = String.raw`# replab completion for bash. Try it: source <(replab completion bash)
# Keep it: replab completion bash > ~/.local/share/bash-completion/completions/replab
_replab() {
  local IFS=$'\n' answer kind
  COMPREPLY=()
  answer=($("$1" __complete bash "$COMP_WORDBREAKS" "${'$'}{COMP_LINE:0:$COMP_POINT}" 2>/dev/null)) || return 0
  kind=${'$'}{answer[0]}
  if [ "$kind" = files ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$2"))
    return 0
  fi
  COMPREPLY=("${'$'}{answer[@]:1}")
  case ${'$'}{COMPREPLY[0]} in
    *[=:]) compopt -o nospace 2>/dev/null ;;
  esac
  return 0
}
complete -F _replab replab
`;
