autocmd BufNewFile,BufRead *.rules setfiletype sla-rules
