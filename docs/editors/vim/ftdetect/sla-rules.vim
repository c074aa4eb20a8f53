autocmd BufNewFile,BufRead *.rules set filetype=sla-rules
