"""The table of safe labels for shell commands: programs, their verbs, and what tells a read from a write.

An entry of a table is `<labels>: <what> <word> … | <what> <word> …`. It ends with a semicolon or its line, which may
go on in lines that start with a space. A word `label=spelling,…` has more spellings. What is not in here has no label.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Command(NamedTuple):
    """A command by its labels; `verb` is empty where the family has no such label, `effect` is one of six words."""

    family: str
    verb: str
    effect: str


OTHER = Command("other", "", "other")
SCRIPT = Command("script", "", "other")

_PROGRAMS = """
files: read ls=ll,la,gls,exa,eza,lsd cat=gcat,zcat,gzcat,bzcat,xzcat,zstdcat tac head=ghead tail=gtail wc=gwc nl
 less=more,most bat=batcat file stat=gstat tree du=gdu,dust df=duf readlink=greadlink realpath basename dirname cmp comm
 column fold diff=gdiff sdiff diff3 colordiff difft=difftastic delta sort=gsort uniq=guniq cut=gcut tr=gtr paste join
 fmt expand rev shuf=gshuf seq=gseq od xxd hexdump=hd strings cksum sum md5sum=md5 b3sum
 shasum=sha1sum,sha256sum,sha512sum sed=gsed awk=gawk,mawk,nawk,goawk grep=egrep,fgrep,ggrep,zgrep,pcregrep,pcre2grep
 rg=ripgrep,rga ag ack git-grep fd=fdfind find=gfind locate=mdfind,plocate fzf=sk ast-grep=sg jq=jaq,gojq yq xmllint
 xmlstarlet exiftool mediainfo identify pdftotext pdfinfo pdfgrep tokei cloc scc ctags objdump nm readelf ldd otool size
 c++filt base64 base32 ffprobe uuidgen factor expr bc dc | write cp=gcp mv=gmv rm=grm rmdir shred mkdir=gmkdir,md
 touch=gtouch chmod chown=chgrp ln install tee truncate csplit mktemp dd patch tar=gtar,bsdtar zip unzip gzip=pigz
 gunzip xz unxz bzip2 bunzip2 zstd unzstd 7z=7za,7zz,7zr ar ranlib strip sponge rename iconv dos2unix unix2dos sd
 jscodeshift apply_patch=applypatch,apply-patch rsync sync
system: read echo printf pwd date=gdate uptime who whoami id groups uname nproc lsb_release sysctl hostname hostnamectl
 env=genv printenv which where whereis type command ps pgrep pstree pidof top htop free lsof fuser test=[,[[ man info
 help history journalctl mount findmnt tput tty stty clear reset watch=viddy ss netstat ip route pbpaste nvidia-smi
 ulimit umask jobs | write useradd crontab umount reg plutil defaults | other bash sh=dash,ash zsh ksh=mksh fish busybox
 source=. eval exec builtin sudo doas su xargs=gxargs parallel nice=gnice ionice renice nohup setsid timeout=gtimeout
 time=gtime hyperfine stdbuf=gstdbuf unbuffer caffeinate xvfb-run chroot flock kill pkill killall tmux screen zellij
 script expect alias unalias bind complete fc bg fg sleep=gsleep yes cd=chdir pushd popd dirs true=: false exit logout
 return break continue set shopt export unset readonly local declare typeset let trap read mapfile=readarray shift
 getopts wait strace ltrace perf gdb lldb valgrind direnv dotenv wsl systemctl service launchctl open=xdg-open start
 pbcopy clip asciinema
versions: other git gh=hub glab hg svn jj git-lfs gitleaks
python: other python=pypy,pythonw,py pip uv uvx poetry pipx pdm hatch rye pipenv conda=mamba,micromamba pixi pyenv
 django=django-admin,manage.py alembic jupyter=jupyter-lab,jupyter-notebook,jupyter-nbconvert uvicorn gunicorn flask
 fastapi litestar celery streamlit scrapy torchrun huggingface-cli=hf ollama vllm dbt ruff twine flit invoke=inv py-spy
 cookiecutter sphinx-build=sphinx mkdocs setup.py | test pytest=py.test tox nox unittest nose2=nosetests mypy=dmypy
 pyright=basedpyright ty flake8 pycodestyle pyflakes pylint bandit safety pip-audit lint-imports coverage
 pre-commit=prek sqlfluff | write black=blue,darker isort autopep8 yapf autoflake pyupgrade virtualenv venv | build
 build maturin pyinstaller cython=cythonize
javascript: other node=nodejs ts-node tsx nodemon pm2 npm pnpm yarn=yarnpkg bun npx=pnpx bunx deno corepack nvm fnm
 volta turbo nx lerna next nuxt=nuxi astro remix gatsby vite ng nest vue-cli-service=vue expo react-native eas
 storybook=start-storybook prisma serve http-server concurrently npm-run-all cross-env electron tauri biome prettier
 dprint docusaurus | build tsc=vue-tsc,tsgo webpack=webpack-cli rollup tsup esbuild swc babel postcss sass
 tailwindcss=tailwind electron-builder react-scripts wasm-pack typedoc | test eslint=eslint_d oxlint tslint stylelint
 svelte-check vitest jest mocha c8 nyc playwright cypress markdownlint=markdownlint-cli2 cspell codespell typos
 commitlint shellcheck bats yamllint hadolint trivy checkov tflint kubeconform actionlint semgrep lefthook husky
 lint-staged
compilers: other cargo rustup sqlx rustfmt gofmt=gofumpt goimports go golangci-lint dlv air entr watchexec buf
 clang-format shfmt stylua taplo cmake-format nixfmt vcpkg meson pkg-config ccache=sccache zig nim lua luajit julia r
 rscript perl cpan=cpanm elixir iex mix rebar3 gleam stack cabal ocaml opam swift dart flutter adb emulator sdkmanager
 xcodebuild xcrun simctl xcode-select pod fastlane hdiutil | build rustc rustdoc bindgen protoc sqlc goreleaser ko
 tinygo gcc cc g++ c++ cpp nvcc clang clang++ clang-cl make=gmake,nmake cmake ninja=samu autoconf automake configure
 autogen.sh ld lld mold as bison flex gfortran dune ghc swiftc | test staticcheck golint govulncheck gotestsum ctest
 clang-tidy cppcheck cpplint include-what-you-use=iwyu lcov gcovr llvm-cov cargo-nextest cargo-tarpaulin swiftlint
 xctest | write swiftformat=swift-format
platforms: other java jshell jar gradle=gradlew mvn=mvnw,mvnd sbt lein clojure=clj scala scala-cli groovy kotlin
 liquibase flyway dotnet dotnet-ef csharpier ruby irb pry jruby gem bundle=bundler rails rake thor jekyll puma sidekiq
 foreman overmind rbenv php composer artisan sail symfony kamal | build javac kotlinc scalac native-image ant
 bazel=bazelisk buck=buck2 msbuild csc | test checkstyle ktlint detekt rspec minitest cucumber rubocop standardrb
 erblint brakeman phpunit=simple-phpunit,paratest pest behat phpstan psalm phpcs | write google-java-format scalafmt
 php-cs-fixer phpcbf pint rector
infrastructure: other docker docker-compose podman podman-compose buildah skopeo kubectl=kubecolor oc kustomize kind k3d
 minikube argocd flux vagrant nix nix-shell nix-build nixos-rebuild devbox packer act mise=rtx asdf | network helm
 terraform=tofu cdk pulumi sst ansible ansible-playbook ansible-galaxy ansible-vault aws=awslocal gcloud gsutil az azd
 vercel netlify=ntl fly=flyctl wrangler cloudflared heroku railway supabase firebase doctl vault consul op sops
 sentry-cli codecov stripe circleci k6 wrk ab
databases: other psql createdb dropdb pg_dump pg_restore postgres mysql mysqldump mariadb sqlite3=sqlite sqlite-utils
 duckdb clickhouse=clickhouse-client redis-cli redis-server mongosh=mongo mongodump mongorestore mongod sqlcmd etcdctl
network: network curl=curlie xh http=https grpcurl websocat wscat wget aria2c yt-dlp=youtube-dl ssh mosh scp sftp rclone
 nc=ncat,netcat socat telnet ping=ping6 traceroute mtr dig nslookup host whois nmap tcpdump | other ssh-keygen ssh-add
 ssh-agent ssh-copy-id ssh-keyscan gpg=gpg2 age cosign openssl certbot iptables ufw nginx apachectl caddy
packages: other apt=apt-get,aptitude,apt-cache dpkg dpkg-deb brew port dnf=microdnf yum zypper rpm pacman=yay,paru
 makepkg apk snap flatpak choco scoop winget
tools: other vim=vi,nvim,view,vimdiff emacs=emacsclient nano micro code=code-insiders cursor idea codex claude gemini
 copilot opencode cursor-agent just task=go-task rtk | write ffmpeg sox magick=convert,mogrify cwebp pandoc
 soffice=libreoffice qpdf gs typst dot plantuml mmdc pdflatex xelatex lualatex latexmk bibtex
windows: read Get-Content=gc Get-ChildItem=gci Select-String=sls Get-Item=gi Get-ItemProperty=gp Test-Path
 Resolve-Path=rvpa Select-Object Where-Object=? Sort-Object Measure-Object=measure Group-Object Format-Table=ft
 Format-List=fl Write-Output Write-Host Write-Error Get-Location=gl Get-Command=gcm Get-Process=gps Get-Service Get-Date
 Get-Member Get-Variable Get-Module Out-String Out-Null Join-Path Split-Path Compare-Object ConvertFrom-Json
 ConvertTo-Json ConvertFrom-Csv ConvertTo-Csv Import-Csv Get-FileHash dir findstr tasklist systeminfo ipconfig | write
 Set-Content Add-Content Clear-Content=clc Out-File Tee-Object Export-Csv New-Item=ni Remove-Item=ri Copy-Item=cpi
 Move-Item=mi Rename-Item=rni Set-ItemProperty Expand-Archive Compress-Archive copy xcopy robocopy move del=erase rd ren
 attrib | network Invoke-WebRequest=iwr Invoke-RestMethod=irm Test-NetConnection Resolve-DnsName | other powershell=pwsh
 cmd Set-Location=sl Push-Location Pop-Location Start-Process=saps Stop-Process=spps Start-Sleep Start-Service
 Stop-Service ForEach-Object=% Invoke-Expression Invoke-Command=icm New-Object Add-Type Import-Module Install-Module
 Set-ExecutionPolicy Set-Variable Invoke-Pester taskkill
"""

_VERBS = """
git: read status log diff show blame annotate grep ls-files ls-tree rev-parse rev-list describe cat-file shortlog cherry
 merge-base merge-tree name-rev for-each-ref show-ref show-branch whatchanged range-diff diff-tree count-objects
 check-ignore version help fsck branch tag remote config reflog symbolic-ref hash-object difftool archive | write
 add=stage commit checkout switch restore reset rm mv merge rebase cherry-pick revert clean am apply init gc prune
 update-index update-ref filter-branch filter-repo mergetool sparse-checkout format-patch clone pull stash worktree
 submodule notes bisect bundle lfs | network fetch push ls-remote; gh: network pr issue repo release run workflow api
 search gist auth browse label secret variable ruleset project cache codespace org status attestation | other alias
 config extension; hg: read status log diff annotate heads branches cat | write add commit=ci update=up merge revert
 rebase branch tag | network pull push clone; svn: read status=st log diff info list=ls cat blame | write add commit=ci
 update=up checkout=co revert switch merge delete=rm copy move; jj: read status=st log diff show file op bookmark |
 write new commit describe=desc squash split rebase abandon edit restore undo | network git
pip: write install uninstall download wheel | read list show freeze check cache config index; uv: write add remove sync
 lock pip venv init cache self python tool | other run | build build | network publish auth | read tree export version;
 poetry: write add remove install update lock init new env | other run shell | build build | network publish | read show
 check version; pipx: write install uninstall upgrade inject | other run | read list; pdm: write add remove install
 update lock sync init | other run | build build | read list show info; hatch: other run shell env | test test | write
 fmt clean new version | build build; rye: write add remove sync lock init fmt | other run | test test lint; pipenv:
 write install uninstall update lock sync clean | other run shell | read graph check; conda: write install create remove
 update env clean | other run activate | read list info search config; coverage: test run | read report | write html xml
 json combine erase lcov; alembic: write upgrade downgrade revision stamp merge init | read history current heads show
 check branches; django: write migrate makemigrations collectstatic startapp startproject createsuperuser loaddata flush
 | test test check | read showmigrations sqlmigrate inspectdb dumpdata | other runserver shell dbshell; jupyter: other
 lab notebook nbconvert execute kernelspec; pre-commit: test run | write install uninstall autoupdate clean; ruff: test
 check | write format clean | read rule linter config | other server analyze
npm: write install=i,in,add ci=clean-install uninstall=remove,rm,un update=up,upgrade init=create dedupe prune link
 version pkg rebuild cache config | test test=t,tst audit | other run=run-script exec=x start stop restart | network
 publish login unpublish dist-tag | read ls=list,ll view=info,show outdated root prefix explain=why help search whoami |
 build pack; pnpm: write install=i add remove=rm,un update=up prune link dedupe init create store patch config | other
 run=run-script exec dlx start deploy rebuild | network publish | read ls=list why outdated root bin view | test audit;
 yarn: write install add remove up=upgrade,upgrade-interactive init create set link unlink dedupe plugin config cache |
 other run exec dlx start node workspaces | network publish npm | read list why info outdated bin versions | test audit;
 bun: write install=i add remove=rm update link create init upgrade pm patch | other run x start repl | test test |
 build build; deno: other run task repl serve eval | test test check lint bench | write fmt install add remove cache
 init | build compile bundle | read info doc; turbo: other run prune daemon; nx: other run run-many affected | test test
 lint e2e | build build | read graph show | write generate=g migrate format reset;
 next,nuxt,astro,vite,nest,ng,storybook: build build | test test lint e2e check | other dev start serve preview | write
 generate=g new add; vitest: test run watch dev related bench list; playwright: test test | write install | other
 codegen open show-report; cypress: test run | other open; prisma: write generate migrate db format init | test validate
 | other studio; biome: test check lint ci format | write migrate init
cargo: build build=b check=c rustc doc=d package | test test=t bench clippy audit deny nextest miri tarpaulin llvm-cov
 hack udeps machete | write add remove=rm update install uninstall fmt fix clean init new vendor | other run=r watch
 make xtask expand | read tree metadata search info version | network publish login fetch; rustup: write update install
 component target toolchain default override self | read show which doc check | other run; go: build build | test test
 vet | write get install mod generate fmt fix clean work | read list env version doc | other run tool; golangci-lint:
 test run | write fmt | read linters config version; zig: build build cc build-exe build-lib | test test ast-check |
 other run | write fmt init fetch; bazel: build build | test test coverage | other run | read query cquery info aquery |
 write clean; stack,cabal,dune: build build | test test=runtest check | other run exec repl ghci | write clean init
 install update fmt promote
gradle: build build assemble classes compileJava compileKotlin jar bootJar assembleDebug assembleRelease | test test
 check lint testDebugUnitTest connectedCheck integrationTest spotlessCheck | write clean spotlessApply wrapper | read
 tasks dependencies projects | other run bootRun | network publish; mvn: build compile package install test-compile |
 test test verify integration-test | write clean | read help validate | network deploy; dotnet: build build publish pack
 msbuild | test test vstest | write restore add remove new clean format sln tool nuget workload | other run watch ef
 dev-certs user-secrets exec | read list help
bundle: write install=i update add remove clean init lock | other exec console | read list show info outdated check
 config; gem: write install uninstall update | build build | network push | read list search info which; rails: other
 server=s console=c runner=r | test test | write generate=g destroy=d new db:migrate db:create db:drop db:seed db:setup
 db:rollback db:reset | read routes stats about notes; rake: test test spec | write db:migrate db:create db:drop db:seed
 db:setup db:rollback db:reset; composer: write install=i update=u require=r remove dump-autoload create-project init
 config | read show info outdated why validate | other run-script=run exec | test audit; artisan: write migrate
 migrate:fresh migrate:rollback db:seed make:model make:controller make:migration cache:clear config:clear optimize |
 test test | read route:list migrate:status about list | other serve tinker queue:work; mix: build compile release |
 test test credo dialyzer | write deps.get deps.update format ecto.migrate ecto.create ecto.drop ecto.reset clean new |
 other run phx.server | read phx.routes help; swift: build build | test test | other run repl | write package format;
 dart: test test analyze | write format fix pub create | build compile | other run; flutter: test test analyze drive |
 build build | write pub clean create gen-l10n upgrade format | other run | read doctor devices logs
docker,podman: read ps images logs inspect info version stats top port history diff events search context | build build
 buildx | write rm rmi kill stop start restart create rename commit cp tag save load import export volume network system
 container image builder update | network pull push login logout | other run exec compose attach wait swarm service
 stack; docker-compose: read ps logs config images top port version | build build | other up down run exec start stop
 restart | write rm | network pull push; kubectl,oc: network get describe logs apply delete create exec port-forward
 rollout scale edit patch top explain label annotate cp run expose cluster-info auth api-resources wait drain cordon
 uncordon diff replace set attach events | read config version kustomize; helm: network install upgrade uninstall=delete
 list=ls status rollback history get pull push search test registry | write create package dependency=dep repo plugin |
 test lint | read template show env version; terraform: network plan apply destroy init import refresh output state
 workspace show taint login providers | test validate test | write fmt | read version graph console; aws: network s3
 s3api ec2 lambda sts iam logs ecs ecr eks rds dynamodb cloudformation ssm secretsmanager sqs sns route53 cloudfront sso
 kms bedrock | other configure; gcloud: network auth compute container run functions projects builds storage sql iam
 services app logging pubsub secrets artifacts | other config components; vercel,netlify,fly,wrangler,heroku,railway:
 network deploy=publish env logs status ls link login domains secrets apps ssh scale tail kv d1 r2 sites run ps config |
 build build | other dev
brew: write install uninstall=remove,rm upgrade update tap untap link unlink cleanup reinstall services bundle
 autoremove | read list=ls info search doctor outdated deps config leaves uses; apt: write install remove purge upgrade
 dist-upgrade full-upgrade autoremove clean build-dep download source | network update | read list show search policy
 depends rdepends madison; dnf,yum,zypper: write install=in remove=erase,rm upgrade=up update reinstall autoremove clean
 group builddep groupinstall | read list info search=se provides repolist repoquery history check-update; apk: write add
 del upgrade fix | network update | read info search list policy; choco,winget,scoop,snap: write install uninstall
 upgrade update bucket remove refresh | read list search info show status; nix: build build | other run develop shell |
 test flake | write profile store fmt | read search eval show-config log repl; mise: write install use uninstall upgrade
 trust settings | read ls=list current which doctor env | other exec=x run; systemctl: read status list-units
 list-unit-files show cat is-active is-enabled | write start stop restart reload enable disable mask daemon-reload
codex: other exec=e review resume fork mcp mcp-server app-server login logout sandbox cloud completion features debug |
 write apply=a
"""

# What tells an effect from the arguments: the first clause that finds one of its words decides. A plain word stands for
# the first argument that is no option, `*` for any such argument, `**` for two of them.
_RULES = """
git branch: write -d -D -m -M -c -C -u -f --delete --move --copy --set-upstream-to --unset-upstream --edit-description |
 read -l -a -r -v --list --all --remotes --contains --no-contains --merged --no-merged --points-at --show-current
 --format --sort | write *
git tag: write -d -a -s -m -f -F -u --delete --annotate --sign | read -l -n -v --list --verify --contains --merged
 --no-merged --points-at --format --sort | write *
git config: read --get --get-all --get-regexp --get-urlmatch --list -l get list | write -e --add --unset --unset-all
 --replace-all --rename-section --remove-section --edit set unset edit **
git remote: read show get-url | network update prune | write *; git lfs: read ls-files status env | network fetch push
git stash,git notes,git worktree,git sparse-checkout,git submodule: read list show status summary
git reflog: write expire delete; git bisect: read log view; git symbolic-ref: write -d --delete **; git hash-object:
 write -w
git apply: read --check --stat --numstat --summary; git clean,git add,git rm,git mv,rsync: read -n --dry-run --list-only
git commit,pip install,patch: read --dry-run; git diff,git show,git log: write --output; git format-patch: read --stdout
git archive,sort: write -o --output; git bundle: read verify list-heads
gh pr,gh repo,gh run,gh release: write checkout clone download; jj git: write init; jj op: write undo restore
pip config: write set unset edit; pip cache: write purge remove; conda config: write --set --add --remove
uv pip,uv tool,uv python,uv cache,conda env,rustup target,rustup component,rustup toolchain,dotnet sln,brew services,jj
 bookmark: read list show freeze check tree find dir; dotnet tool: read list | other run
pyenv: read versions version which root | write install uninstall global local; nvm: read ls list current | write
 install
django makemigrations: test --check --dry-run; django migrate: read --plan --check
setup.py: build build build_ext sdist bdist_wheel | write install develop | test test check
python: read -V | test py_compile compileall; node: read -v | test --test --check -c; bash,sh,zsh: test -n; php: test -l
perl: write -i | test -c | read -n -p; ruby: write -i | test -c; sed,yq,awk: write -i --in-place --inplace; autopep8:
 write -i | read *
clang-format: write -i | test -n --dry-run | read *; yapf: write -i | test -d --diff | read *
pytest: read --collect-only --co --fixtures --markers; tox,nox: read -l --list --listenvs; jest: read --listTests
ruff check: write --fix --fix-only --add-noqa; sqlfluff: write fix format; npm audit: write fix
ruff format,black,isort,cargo fmt,rustfmt,stylua,terraform fmt,scalafmt,dart format,mix format,dotnet
 format,pint,php-cs-fixer,swiftformat: test --check -check --diff --check-only --test --dry-run --lint -c --output=none
 --check-formatted --verify-no-changes --set-exit-if-changed | write *
prettier: write -w --write | test -c -l --check --list-different | read *; codespell,typos: write -w
eslint,stylelint,oxlint,markdownlint,standardrb,cargo clippy,golangci-lint run,biome check,biome lint,biome format:
 write --fix --write --apply; rubocop: write -a -A -x --autocorrect --autocorrect-all; ktlint: write -F --format
gofmt,goimports: write -w | read *; shfmt: write -w | test -d | read *; go mod: read graph why | test verify
tsc: test --noEmit; npm config,npm pkg: read get list ls; cargo test: build --no-run; go env: write -w -u
dotnet nuget: network push; dotnet ef: write database migrations; swift package: read describe show-dependencies
make: read -n -q -p --dry-run --just-print; cmake: write --install | read --list-presets | other -E; ctest: read -N
xcodebuild: read -list -showsdks -showBuildSettings | test test test-without-building | write clean | build build *
docker compose: read ps logs config ls images top port version | build build | write rm | network pull push
docker image,docker container,docker volume,docker network,docker system,docker buildx: read ls list inspect history
 logs top stats port df info events du | build build | network pull push | other run exec
docker context: write create use rm update; kubectl config: write set set-context set-cluster use-context delete-context
helm repo: read list | network add update; rpm: read -q -V --query | write -i -U -e -F --install --upgrade --erase
dpkg: read -l -L -s -S --list --listfiles --status --search | write -i -r -P --install --remove --purge --configure
pacman: write -R -U -D | read -Q -F -T -s -i -l | write -S; service: read status | write start stop restart reload
launchctl: read list print | write load unload bootstrap bootout kickstart; defaults: read read find domains
find: write -delete -fprint -fprint0 -fprintf -fls; tar: read -t --list; ar: read -t -p; jar: read -t | write -c -x -u
unzip: read -l -v -p -t -z -Z; gzip,gunzip,xz,unxz,zstd,bzip2: read -c -l -t --stdout --list --test; 7z: read l t
tee: read /dev/null; iconv,pandoc,dot: write -o -O --output | read *; pdftotext: read - | write *; ffmpeg: read -
curl: network - /dev/null | write -o -O -J --output --remote-name --remote-header-name --output-dir
wget: network - -O- -qO- --spider /dev/null | write *; Invoke-WebRequest: write -OutFile -outfile
date: write -s --set; hostname: write *; sysctl: write -w; mount: write **; crontab,kill: read -l; reg: read query
journalctl: write --rotate --vacuum-size --vacuum-time; ssh-keygen: read -l -F -y; plutil: read -p -lint
npm run,pnpm run,yarn run,bun run,deno task,composer run-script,turbo run,nx run-many,hatch run,pdm run,rye run: test
 format:check fmt:check prettier:check | write lint:fix format fmt fix prettier clean generate gen codegen migrate
 install update | test test tests unit e2e integration spec lint check checks typecheck type-check types tsc ci verify
 validate coverage cov vet eslint vitest jest | build build compile bundle dist package release all docs | other dev
 start serve run watch preview storybook deploy up down shell
"""

_TARGETS = frozenset(("make", "just", "task", "ninja", "invoke", "yarn", "pnpm", "bun"))
"""Families whose verbs may also be what scripts of a project are called."""

# Options whose value is the next word.
_OPTIONS = """
git: -C -c --git-dir --work-tree --namespace --exec-path; git config: -f --file --type --default --blob; gh: -R --repo;
 hg: -R --cwd; docker: -c --context -H --host --config -l --log-level; helm: -n --namespace --kube-context --kubeconfig;
 docker compose,docker-compose: -f --file -p --project-name --profile --env-file --project-directory --ansi --progress;
 kubectl: -n --namespace --context --kubeconfig --cluster -s --user; npm,npm run: --prefix -w --workspace -C; yarn,bun:
 --cwd; pnpm,pnpm run: -C --dir --filter -F; cargo: --manifest-path --config -Z -C; go: -C; uv: --directory --project
 --config-file; poetry: -C --directory -P --project; pip: --python --log --proxy; python: -X -W -c; php: -r -d -c; ruby:
 -e -I -r; node: -r --require --import --loader -e -p --eval --print; make: -C -f -j -I -o -W --directory --file;
 just,task: -f -d -t --justfile --working-directory --dir --taskfile; gradle: -p -b -I --project-dir; mvn: -f -pl -P -s
 --file --projects; aws: --profile --region --output --endpoint-url; xcodebuild: -scheme -project -workspace -target
 -configuration -sdk -destination -derivedDataPath -arch -resultBundlePath; bash,sh,zsh: -o -O +o +O --rcfile
 --init-file; codex: -c --config -m --model -p --profile -C --cd -s --sandbox -a -i; powershell: -executionpolicy -ep
 -ex -version -workingdirectory -wd -outputformat -inputformat -windowstyle -file -f -e -ec -enc -encodedcommand
"""

# Programs that run another one: how many words stand before it, and options whose value is the next word. What a runner
# runs is often a script of the project; then the runner itself has the label.
_WRAPPERS = """
sudo: 0 -u -g -h -p -C -T -r -t -D -R; doas,env: 0 -u -C; exec: 0 -a; command,builtin,nohup,setsid,unbuffer,ccache,rtk:
 0; nice,watch,ionice: 0 -n -c -p --interval; stdbuf: 0 -i -o -e; timeout: 1 -s -k --signal --kill-after; time: 0 -f -o;
 hyperfine: 0 -w -r -m -M -n --warmup --runs; caffeinate: 0 -t -w; xvfb-run: 0 -s -n -e -f -w -p; chroot: 1; flock: 1 -w
 -E; strace,ltrace,valgrind: 0 -e -o -p -s; xargs,parallel: 0 -I -n -P -L -d -s -E -a -j --max-args --max-procs; direnv:
 2; dotenv: 0 -f -e; wsl: 0 -d -u; xcrun: 0 --sdk -sdk --toolchain; busybox,cross-env,entr: 0; watchexec: 0 -e -w -i;
 rustup run: 1
"""
_RUNNERS = """
uv run: 0 --with --with-requirements --with-editable --python -p --extra --group --directory --project --env-file
 --package; uvx: 0 --from --with --python -p; npx,npm exec,pnpm dlx,yarn dlx,bun x,bunx: 0 -p --package -w; pipx run: 0
 --spec --python; conda run: 0 -n -p --name --prefix --cwd; mise exec: 0 -C; poetry run,pdm run,hatch run,rye run,pipenv
 run,pnpm exec: 0; yarn exec,bundle exec,composer exec,nix develop,yarn,pnpm,bun,eval: 0
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


AMBIGUOUS = _set("test build install watch start time host help script open serve join")
"""Programs whose names are also those of scripts."""
ASIDE = _set("cd pushd popd exit logout return break continue shift Set-Location Push-Location Pop-Location")
"""Families that are left out where there are others."""
KEYWORDS = _set("if then else elif elseif fi do done while until foreach { } ! coproc esac function try catch finally")
LOOPS = _set("for select case")
SHELLS = _set("bash sh zsh ksh fish su cmd powershell")
INTERPRETERS = _set("python node php ruby perl")
HOSTS = SHELLS | INTERPRETERS  # their options end with the first other argument
HOSTED = _set("manage.py artisan setup.py")
"""Scripts that are programs of their own for an interpreter."""
EXECUTORS = {"find": _set("-exec -execdir -ok -okdir"), "fd": _set("-x -X --exec --exec-batch")}
BUNDLED = _set("tar ar jar")
"""Programs whose first argument is options, with or without a dash."""
SINKS = _set("/dev/null -")
HELP = _set("--help --version")
READERS = _set(
    "cat tac head tail less nl bat wc sed awk grep rg ag ack git-grep ls find fd tree file stat du diff cmp comm sort"
    " uniq cut jq yq od xxd hexdump strings fzf ast-grep dir type findstr Get-Content Get-ChildItem Get-Item"
    " Select-String",
)
"""Families that read files."""
SEARCHERS = _set("rg grep ag ack git-grep find fd locate fzf ast-grep findstr Select-String")
"""Families that look for files or for text in them."""


def _entries(table: str) -> dict[str, str]:
    found = {}
    for entry in re.split(r";|\n(?! )", table.strip()):
        labels, _, rest = entry.replace("\n", "").strip().partition(": ")
        found.update(dict.fromkeys(labels.split(","), rest))
    return found


def _clauses(text: str) -> list[tuple[str, list[str]]]:
    return [(what, words) for what, *words in map(str.split, text.split("|"))]


def _spellings(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        label, _, others = word.partition("=")
        for spelling in (label, *others.split(",")) if others else (label,):
            yield spelling, label


def _programs() -> dict[str, Command]:
    found = {}
    for topic in _entries(_PROGRAMS).values():
        for effect, words in _clauses(topic):
            found.update({spelling.lower(): Command(label, "", effect) for spelling, label in _spellings(words)})
    return found


def _wrappers(table: str) -> dict[str, tuple[int, frozenset[str]]]:
    return {label: (int(rest[0]), _set(rest[1:])) for label, rest in _entries(table).items()}


PROGRAMS = _programs()
OPTIONS = {label: _set(rest) for label, rest in _entries(_OPTIONS).items()}
RUNNERS = _wrappers(_RUNNERS)
WRAPPERS = _wrappers(_WRAPPERS) | RUNNERS
_VERB_LINES = _entries(_VERBS)
_RULE_LINES = _entries(_RULES)
INVOLVED = {*_VERB_LINES, *_TARGETS, *_RULE_LINES, *WRAPPERS, *SHELLS, *INTERPRETERS, *EXECUTORS}
"""Families, and verbs, for which it is not enough to know the program."""


@cache
def verbs_of(family: str) -> dict[str, Command]:
    """Return the commands of a family by their verbs, and by other spellings of those."""
    found: dict[str, Command] = {}
    for effect, words in _clauses(_RULE_LINES["npm run"]) if family in _TARGETS else ():
        names = (word for word in words if word in AMBIGUOUS or word not in PROGRAMS)
        found.update({name: Command(family, f"{family} {name}", effect) for name in names})
    for effect, words in _clauses(_VERB_LINES.get(family, "other")):
        found.update({word: Command(family, f"{family} {label}", effect) for word, label in _spellings(words)})
    return found


@cache
def rules_of(label: str) -> list[tuple[frozenset[str], str]]:
    """Return the words to look for among the arguments, and the effect that each group of them tells of."""
    line = _RULE_LINES.get(label)
    return [(frozenset(words), effect) for effect, words in _clauses(line)] if line else []
