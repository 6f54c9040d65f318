"""The table of safe labels for shell commands: programs, their verbs, and what tells a read from a write.

A line is `<what>: <entry> …`; an entry `label=alias,alias` gives more spellings. Whatever is not in here has no label.
"""

from __future__ import annotations

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
read: ls=ll,la,exa,eza,lsd cat=tac head tail wc nl less more bat=batcat file stat tree du df readlink realpath basename
read: dirname cmp comm diff=sdiff,diff3,colordiff,delta,difft sort=gsort uniq cut=gcut tr paste join column fold fmt
read: expand rev shuf seq od xxd=hexdump,hd strings=rabin2 sum=cksum,md5sum,md5,sha1sum,sha256sum,sha512sum,shasum,b3sum
read: sed=gsed awk=gawk,mawk,nawk,goawk grep=egrep,fgrep,zgrep,ggrep,pcregrep rg=ripgrep,rga ag ack fd=fdfind
read: find=gfind locate=mdfind,plocate fzf=sk ast-grep=sg,semgrep,comby jq=jaq,gojq yq=dasel,tomlq,xq fx gron mlr=miller
read: xsv=qsv,csvkit,csvlook,csvcut,csvgrep,csvstat echo printf pwd date=gdate cal uptime whoami=who,w,id,groups,logname
read: uname=arch,nproc,lscpu,lsb_release,sw_vers,sysctl,getconf hostname=hostnamectl env printenv which=where,whereis,type
read: command ps=pgrep,pstree,pidof top=htop,btop,atop free=vmstat,iostat,iotop lsof=fuser test=[,[[ zcat=xzcat,bzcat
read: man=info,tldr,apropos,whatis help history tokei=cloc,scc,loc sleep=gsleep yes expr bc=dc,calc,qalc factor
read: dmesg journalctl last=lastlog,finger lsblk=blkid,lsusb,lspci,lshw mount=findmnt ctags=etags,universal-ctags glow
read: objdump=nm,readelf,ldd,otool,size,dwarfdump,llvm-objdump,llvm-nm,addr2line,c++filt exiftool=mediainfo,identify
read: xmllint=xmlstarlet,xpath pdftotext=pdfinfo,pdfgrep,pdfimages jless=visidata,vd watch=viddy tput=tty,stty,clear,reset
write: cp=gcp mv=gmv rm=rmdir,unlink,shred,trash,srm mkdir touch chmod chown=chgrp,chattr,setfacl,xattr ln install tee
write: truncate=fallocate split=csplit mktemp=tempfile dd patch tar=gtar,bsdtar zip unzip gzip=pigz gunzip=uncompress
write: xz=unxz,lzma bzip2=bunzip2 zstd=unzstd 7z=7za,7zr unrar=rar ar ranlib=strip,install_name_tool cpio sponge
write: apply_patch=applypatch,apply-patch rename=mmv,prename iconv=dos2unix,unix2dos,uconv mkfifo=mknod useradd=usermod
write: userdel=groupadd,passwd,adduser crontab=at sd=ambr codemod=jscodeshift,ts-morph tig umount=fdisk,mkfs,parted,mkswap
other: bash sh=dash,ash,busybox zsh ksh=mksh,pdksh fish=nu,xonsh,elvish csh=tcsh source=. eval exec builtin sudo=doas,su
other: xargs=parallel,gxargs nice=ionice,renice,chrt nohup=setsid,disown timeout=gtimeout time=gtime,hyperfine stdbuf
other: unbuffer=chronic,caffeinate,xvfb-run,dbus-run-session,faketime,firejail,bwrap,unshare,nsenter,chroot,taskset,flock
other: kill=pkill,killall,skill,taskkill tmux=screen,zellij,byobu script=expect alias=unalias,bind,complete,hash,fc jobs=fg
other: cd=chdir pushd=popd,dirs true=: false exit=logout return=break,continue set=shopt,setopt export=unset,readonly
other: local=declare,typeset,let trap read=mapfile,readarray shift=getopts wait=bg umask=ulimit logger=wall,write,mail
other: strace=ltrace,dtruss,dtrace,perf,bpftrace,ptrace gdb=lldb,rr,cgdb valgrind=heaptrack rtk direnv=dotenv wsl arch-chroot
read: gitk=git-gui difftastic git-absorb
other: git gh=hub glab hg svn jj p4=cvs,bzr,fossil,darcs git-lfs git-cliff=semantic-release,release-it,changeset,bumpversion
other: python=python2,pypy,ipython,bpython,pythonw,py uvx pipx pip uv poetry pdm hatch rye pipenv conda=mamba,micromamba,pixi
other: pyenv=virtualenvwrapper,rbenv,nvm,fnm,volta,asdf,mise,rtx,jenv,sdkman,sdk,nodenv,goenv,tfenv,n django=django-admin
other: alembic jupyter=jupyter-lab,jupyter-notebook,jupyter-nbconvert,nbconvert,papermill uvicorn=gunicorn,hypercorn,daphne
other: flask=fastapi,quart,litestar celery=dramatiq,rq,airflow,dagster,prefect streamlit=gradio,chainlit,marimo scrapy dvc
other: mlflow=wandb,tensorboard,torchrun,accelerate,deepspeed,huggingface-cli,hf ollama=llama-cli,vllm,llm dbt sqlmesh
test: pytest=py.test,ptw,pytest-watch,pytest-xdist tox nox unittest=nosetests,nose2,trial,green,stestr,testr behave=robot
test: mypy=dmypy pyright=basedpyright,pyre,pytype,ty flake8=pycodestyle,pydocstyle,pyflakes,pep8,wemake pylint=prospector
test: bandit=safety,pip-audit,vulture,radon,xenon,deptry,interrogate,lint-imports,import-linter coverage pre-commit=prek
test: lefthook=husky,lint-staged,overcommit locust=k6,wrk,ab,hey,vegeta,artillery,siege cosmic-ray=mutmut doctest
write: black=blue,darker isort=reorder-python-imports autopep8=yapf,docformatter autoflake=pyupgrade,add-trailing-comma
write: venv=virtualenv djhtml=djlint cookiecutter=copier,yeoman,yo,degit,giget,create-react-app,create-vite,plop,hygen
other: ruff sphinx=sphinx-build,mkdocs,pdoc,docusaurus,vitepress,mdbook,asciidoctor,hugo,jekyll,eleventy,gatsby twine=flit
build: build=maturin,cibuildwheel,pyinstaller,nuitka,cython,cythonize,setup.py,hatchling,shiv,pex
other: node=nodejs,ts-node,tsx,nodemon,pm2,esno,babel-node npm pnpm=pnpx yarn=yarnpkg bun bunx npx deno corepack turbo nx
other: lerna=rush,wireit,ncu,npm-check-updates,depcheck,knip,madge next=nuxt,astro,remix,svelte-kit,sveltekit,gatsby-cli vite
other: ng=nest,ionic,vue,vue-cli-service,expo,react-native,eas,cap,capacitor,quasar,ember,meteor,storybook,sb,start-storybook
other: prisma=drizzle-kit,typeorm,sequelize,knex,mikro-orm,kysely serve=http-server,live-server,json-server,browser-sync
other: concurrently=npm-run-all,run-s,run-p,wait-on,dotenv-cli,cross-env electron=electron-forge,tauri biome=rome verdaccio
build: tsc=vue-tsc,tsgo,attw webpack=webpack-cli,rspack,rsbuild rollup=tsup,tsdown,unbuild,microbundle esbuild=swc parcel
build: babel=postcss,tailwindcss,tailwind,sass,lessc electron-builder react-scripts wasm-pack=emcc,wasm-opt,wasm-bindgen,wat2wasm
test: eslint=eslint_d,oxlint,xo,standard,tslint,quick-lint-js stylelint=htmlhint,pug-lint svelte-check=tsd vitest jest mocha
test: ava=tape,tap,uvu,jasmine,karma,qunit,c8,nyc playwright cypress=testcafe,wdio,nightwatch,puppeteer,webdriver lighthouse
test: markdownlint=markdownlint-cli2,remark,vale,textlint,alex,proselint,cspell,codespell,typos,linkchecker,lychee
test: commitlint=gitlint,gitleaks,trufflehog,detect-secrets shellcheck=checkbashisms,bats,shellspec,bashate yamllint=ajv
test: hadolint=dockle,trivy,grype,syft,snyk,checkov,tfsec,tflint,kubeval,kubeconform,conftest,opa,actionlint,zizmor,spectral
other: prettier=prettierd,dprint svgo=imagemin,sharp
other: cargo rustup=rustup-init miri cross trunk=dx,leptosfmt,cargo-leptos bacon=cargo-watch diesel=sqlx,sea-orm-cli
build: rustc=clippy-driver,rustdoc,bindgen,cbindgen
test: cargo-nextest=nextest,cargo-tarpaulin,cargo-audit,cargo-deny,cargo-llvm-cov
other: go=gotip rustfmt gofmt=goimports,gofumpt,golines,gci golangci-lint delve=dlv air=reflex,entr,watchexec,watchman buf
test: staticcheck=golint,revive,errcheck,gosec,govulncheck,nilaway,gocyclo gotestsum=ginkgo,richgo
build: protoc=grpc_tools,flatc,thrift,capnp,sqlc,mockgen,wire,templ,swag,oapi-codegen,ent,goreleaser,ko tinygo
other: java=jshell,jps,jstack,jmap,jcmd,jdb,javap,jar,jarsigner,keytool gradle=gradlew mvn=mvnw,mvnd,maven sbt=sbtn,sbtx
other: mill=lein,clj,clojure,bb,boot,amm,scala-cli,scala,groovy,kotlin spring=quarkus,jhipster,grails,liquibase,flyway
build: javac=kotlinc,scalac,groovyc,ecj,native-image ant=ivy bazel=bazelisk,blaze,buck,buck2,pants,please
test: checkstyle=pmd,spotbugs,ktlint,detekt,scalafix,infer
write: google-java-format=ktfmt,scalafmt,spotless,palantir-java-format
other: dotnet nuget=paket mono=csi,fsi,dotnet-script,dotnet-ef csharpier=jb
build: msbuild=xbuild,csc,fsc,vbc,devenv
build: gcc=g++,cc,c++,cpp,tcc,icc,icpc,nvcc,hipcc,mpicc,mpicxx clang=clang++,clang-cl,cl,zig-cc,ccache,sccache make=gmake,nmake
build: cmake=ccmake,cmake-gui ninja=samu,siso meson autoconf=automake,autoreconf,aclocal,libtool,configure,autogen.sh,pkg-config
build: ld=lld,mold,gold,link,as,nasm,yasm,bison,flex,yacc,lex,swig,moc,rcc qmake=qmake6 scons=waf,xmake,premake,gn,tup
build: zig nim=nimble,crystal,shards,v,odin,dmd,ldc2,dub,gnat,gprbuild,fpc,gfortran,vala,valac,haxe,ponyc,ocamlc,ocamlopt
build: ghc=runghc,ghci,hpack ocaml=opam,dune,esy,utop,coqc,coqtop,agda,idris2,lake,lean,elan elm=purs,spago,rescript,bsc
test: ctest clang-tidy=cppcheck,cpplint,include-what-you-use,iwyu,clangd,oclint gcov=lcov,genhtml,gcovr,llvm-cov
other: clang-format=uncrustify,astyle shfmt=stylua,buildifier,taplo,cmake-format,nixfmt,alejandra,fourmolu,ormolu,gersemi
other: conan=vcpkg,xrepo stack cabal=ghcup,hlint
other: ruby=irb,pry,jruby,erb gem bundle=bundler rails rake=thor jekyll-build puma=sidekiq,unicorn,foreman,overmind,hivemind
test: rspec=minitest,cucumber,guard,parallel_rspec rubocop=standardrb,erblint,reek,brakeman,sorbet,srb,steep
other: php=php-fpm,hhvm composer artisan=sail symfony=bin/console,console,drush,wp,laravel,valet,phing
test: phpunit=pest,behat,codecept,infection,paratest phpstan=psalm,phan,phpcs,phpmd,larastan,deptrac
write: php-cs-fixer=phpcbf,pint,rector
other: elixir=iex,erl,escript,elixirc,erlc,gleam mix rebar3 perl=cpan,cpanm,carton,prove,plenv lua=luajit,luarocks,tarantool
other: r=rscript,radian julia=octave,matlab,sage,maxima,gp,mathematica tclsh=wish guile=racket,sbcl,clisp,emacs-lisp,scheme
test: luacheck=selene,busted,perlcritic,lintr,credo,dialyzer
other: swift=swiftly xcodebuild=xcodemake,tuist,xcodegen,xcbeautify xcrun simctl=xcode-select,instruments,agvtool,altool pod=carthage,mint
other: fastlane=match dart flutter=fvm,melos,very_good adb=fastboot,emulator,avdmanager,sdkmanager,scrcpy
build: swiftc=swift-build,actool,ibtool codesign=notarytool,productbuild,pkgbuild,hdiutil,lipo
test: swiftlint=periphery xctest=maestro,appium,detox
write: swiftformat=swift-format plutil=defaults,plistbuddy
other: docker docker-compose=podman-compose podman=nerdctl,finch,lima,limactl,colima,orb,ctr,crictl,runc kubectl=oc,kubecolor helm
other: buildah=skopeo,kaniko,buildctl,earthly,dagger,dive,crane,regctl kustomize=kind,k3d,minikube,k3s,k9s,skaffold,tilt,devspace
network: terraform=tofu,terragrunt,cdktf,cdk,cdklocal pulumi=sst ansible=ansible-playbook,ansible-galaxy,ansible-vault packer
other: vagrant=virsh,qemu,multipass,vboxmanage,qemu-img nix=nix-shell,nix-build,nix-env,nixos-rebuild,home-manager,devenv,guix
network: aws=awslocal,sam,eksctl,eb,saml2aws,aws-vault gcloud=gsutil,bq az=azd,func,azcopy vercel=now netlify=ntl fly=flyctl
network: wrangler=cloudflared,miniflare heroku=railway,render,dokku,koyeb,zeabur,sherpa supabase firebase=amplify,appwrite,convex
network: doctl=linode-cli,hcloud,scw,vultr-cli,ibmcloud,oci,openstack,cf serverless=sls-deploy,up,chalice,zappa argocd=flux,istioctl
network: vault=consul,nomad,doppler,op,sops,bw,infisical,chamber sentry-cli=datadog-ci,codecov,newrelic stripe=twilio,ngrok,shopify
network: linear=jira,acli,slack,notion,asana,trello circleci=act,buildkite-agent,travis,woodpecker,drone,jenkins-cli
other: psql=pgcli,createdb,dropdb,pg_dump,pg_restore,pg_ctl,initdb,pg_isready,vacuumdb,createuser,pgbench,postgres
other: mysql=mariadb,mysqldump,mycli,mysqladmin,mysqld sqlite3=sqlite,litecli,sqlite-utils,datasette duckdb=clickhouse,clickhouse-client
other: redis-cli=redis-server,valkey-cli,memcached,keydb-cli mongosh=mongo,mongodump,mongorestore,mongod,mongoexport,mongoimport
other: sqlcmd=bcp,osql,isql,sqlplus,snowsql,usql,bteq,trino,beeline,spark-submit,spark-shell,pyspark,hive,hdfs,hadoop,impala-shell
other: cqlsh=influx,neo4j,cypher-shell,etcdctl,kafka-topics,kafka-console-consumer,kafka-console-producer,kcat,rabbitmqctl,nats
network: curl=curlie,xh,http,https,httpie,grpcurl,websocat,wscat,hurl,newman wget=aria2c,axel,yt-dlp,youtube-dl ssh=mosh,autossh,sshpass
network: scp=sftp,ftp,lftp,rclone,s3cmd,s5cmd,mc,croc nc=ncat,netcat,socat,telnet ping=ping6,fping,traceroute,tracepath,mtr
network: dig=nslookup,host,whois,drill,doggo,getent nmap=masscan,arp,arping,tcpdump,tshark,wireshark,ngrep,iperf,iperf3,speedtest
read: ss=netstat,ip,ifconfig,route,nmcli,iwconfig,networkctl,scutil,networksetup iptables=nft,ufw,firewall-cmd,pfctl
write: rsync
other: ssh-keygen=ssh-add,ssh-agent,ssh-copy-id,ssh-keyscan gpg=gpg2,age,minisign,cosign,pass,gopass openssl=certbot,mkcert,step,certtool
read: base64=base32,basenc,uuidgen,uuid,pwgen
other: apt=apt-get,aptitude,apt-cache,nala dpkg=dpkg-deb,dpkg-query brew=linuxbrew,mas,port,fink dnf=yum,microdnf,zypper,rpm,rpm-ostree
other: pacman=yay,paru,makepkg,emerge,xbps-install,eopkg apk snap=flatpak choco=scoop,winget pkg=pkg_add,pkgin,opkg,tdnf,swupd
other: systemctl=service,rc-service,launchctl,supervisorctl,sv,initctl,loginctl,timedatectl nginx=apachectl,httpd,caddy,traefik,haproxy,envoy
other: vim=vi,nvim,view,vimdiff,gvim emacs=emacsclient nano=micro,helix,hx,ed,ex,joe,kak,pico code=cursor,code-insiders,windsurf,zed,subl
other: idea=webstorm,pycharm,goland,rider,clion open=xdg-open,start,explorer,wslview pbcopy=xclip,xsel,wl-copy,clip osascript=xdotool
read: pbpaste=wl-paste
write: ffmpeg=sox,lame,flac,handbrakecli convert=magick,mogrify,montage,composite,gm,cwebp,optipng,pngquant,rsvg-convert,inkscape,gimp,sips
write: pandoc=wkhtmltopdf,weasyprint,soffice,libreoffice,qpdf,pdftk,gs,pdftoppm,ghostscript,typst,ps2pdf,mutool dot=plantuml,mmdc,d2,neato
write: pdflatex=latex,xelatex,lualatex,latexmk,tectonic,bibtex,biber blender=godot,unity,openscad,povray screencapture=scrot,asciinema,vhs
read: ffprobe=soxi
other: codex claude=gemini,aider,copilot,opencode,cursor-agent,amp,goose,qwen,crush just=task,go-task,mage,tusk,earth,poe,invoke,inv,doit
other: ghidra=radare2,r2,rizin,rz-bin,ida,binwalk,yara,frida,msfconsole,hashcat,john,sqlmap,nikto,gobuster,ffuf,hydra,burpsuite
read: Get-Content=gc Get-ChildItem=gci Select-String Get-Item=gi,Get-ItemProperty,gp Test-Path Resolve-Path=rvpa
read: Select-Object=select Where-Object=? Sort-Object Measure-Object=measure Group-Object=group Format-Table=ft,Format-List,fl,Format-Wide
read: Write-Output=Write-Host,Write-Verbose,Write-Error,Write-Warning Get-Location=gl Get-Command=gcm Get-Process=gps,Get-Service
read: Get-Date Get-Help=Get-Member,gm-member Get-Variable=Get-Alias,Get-Module,Get-PSDrive Out-String=Out-Null,Out-Host,Out-Default
read: Join-Path=Split-Path,Convert-Path Compare-Object=compare ConvertFrom-Json=ConvertTo-Json,ConvertFrom-Csv,ConvertTo-Csv,Import-Csv
read: Get-FileHash=Get-Acl,Format-Hex Get-CimInstance=Get-WmiObject,gwmi,Get-ComputerInfo,Get-EventLog,Get-WinEvent Get-Random=Get-Unique
write: Set-Content=Clear-Content,clc Add-Content Out-File=Export-Csv,Export-Clixml,Tee-Object New-Item=ni Remove-Item=ri,rd,Clear-Item
write: Copy-Item=cpi Move-Item=mi Rename-Item=rni,ren Set-ItemProperty=sp,New-ItemProperty,Set-Item,Set-Acl Expand-Archive=Compress-Archive
network: Invoke-WebRequest=iwr,irm,Invoke-RestMethod Test-NetConnection=Test-Connection,Resolve-DnsName Install-Module=Install-Package
other: Set-Location=sl,Push-Location,Pop-Location Start-Process=saps,Stop-Process,spps,Start-Sleep,Start-Service,Stop-Service,Start-Job
other: ForEach-Object=% Invoke-Expression=iex-ps Set-Variable=New-Object,Add-Type,Import-Module,Set-ExecutionPolicy,Set-StrictMode,Set-Alias
other: powershell=pwsh cmd Invoke-Pester=Invoke-ScriptAnalyzer
read: dir type findstr tasklist=systeminfo,ver,vol,wmic,query,qprocess fc-win=certutil ipconfig=tracert,pathping,getmac
write: copy=xcopy,robocopy,move del=erase md=mkdir-win attrib=icacls,takeown,cacls,mklink reg=regedit,setx,assoc,ftype
"""
